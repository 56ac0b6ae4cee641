/** A time as Kubernetes writes it in metadata: RFC 3339, whole seconds, UTC. */
export const timestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

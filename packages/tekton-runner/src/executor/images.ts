/** Images that this machine stands in for unless told otherwise: they bring a shell and the usual small tools. */
const wellKnown = new Set(['alpine', 'ash', 'bash', 'busybox', 'debian', 'dash', 'sh', 'ubuntu']);

/** The name that means: this machine, whatever it has. */
export const machineImage = 'armillary.dev/machine';

/**
 * Which images this machine stands in for.
 * @param extra more names, without tag, that the operator vouches for
 */
export function imageMap(extra: readonly string[] = []): (image: string) => boolean {
  const names = new Set([...wellKnown, machineImage, ...extra.map(repository)]);
  return (image) => names.has(repository(image));
}

/** `docker.io/library/alpine:3.20@sha256:…` is `alpine`. */
function repository(image: string): string {
  const [untagged = ''] = image.split('@');
  const slash = untagged.lastIndexOf('/');
  const colon = untagged.indexOf(':', slash + 1);
  const name = colon < 0 ? untagged : untagged.slice(0, colon);
  return name.replace(/^(?:docker\.io|index\.docker\.io)\//, '').replace(/^library\//, '');
}

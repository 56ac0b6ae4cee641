/** PostgreSQL's text holds every character but the one with the number 0. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}

/** The elements of a file below the root, in their order: what each is and holds beside others. Not our own reader. */
export function inventory(text: string): { path: string; own: string }[] {
  const found: { path: string; own: string }[] = [];
  const open: { path: string; own: string }[] = [];
  const pieces = text.match(/<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<[^>]*>|[^<]+/g) ?? [];
  for (const piece of pieces) {
    const at = open.at(-1);
    if (piece.startsWith('</')) {
      open.pop();
    } else if (/^<[^!?]/.test(piece)) {
      const name = /^<([^\s/>]+)/.exec(piece)?.[1] ?? '';
      const attributes = piece.slice(1 + name.length).replace(/\/?>$/, '');
      const path = open.length === 0 ? '' : open.length === 1 ? name : `${at?.path ?? ''}/${name}`;
      const entry = { path, own: `<${attributes}>` };
      found.push(entry);
      if (!piece.endsWith('/>')) open.push(entry);
    } else if (at !== undefined && piece.trim() !== '') {
      at.own += piece;
    }
  }
  return found;
}

import { InvalidError } from '../errors.ts';

/**
 * Refuses a name for an item that Jenkins would take for another: it drops blanks around a name that it is given
 * (ItemGroupMixIn, AbstractItem.doConfirmRename).
 */
export function checkNewName(name: string): void {
  if (name.trim() !== name) {
    throw new InvalidError(`No item can be named "${name}": Jenkins drops the blanks around a name.`);
  }
}

/** Where an object is stored. */
export interface ObjectPlace {
  storageKey: string;
  namespace: string;
  name: string;
}

/** A place as a queue key. None of its parts can contain a blank. */
export const placeKey = ({ storageKey, namespace, name }: ObjectPlace): string =>
  `${storageKey} ${namespace} ${name}`;

/** The place behind a key that `placeKey` made. */
export const keyPlace = (key: string): ObjectPlace => {
  const [storageKey = '', namespace = '', name = ''] = key.split(' ');
  return { storageKey, namespace, name };
};

/** Chance. */
export interface Rolls {
  below(limit: number): number;
  often(): boolean;
  one<T>(values: readonly T[]): T;
}

/** Something of somebody else, exactly as it stands in the file. */
interface Foreign {
  readonly raw: string;
  /** The setting whose change may replace it. */
  readonly replacedBy?: string;
}

/** An element. */
export interface Part {
  readonly name: string;
  readonly attributes: string;
  /** Text as it is written, or parts. */
  readonly inside: string | readonly (Part | string)[];
}

/** An element with what it holds. */
export function el(name: string, inside: Part['inside'] = '', attributes = ''): Part {
  return { name, attributes, inside };
}

/** A file under way. */
export abstract class RandomFile {
  readonly foreign: Foreign[] = [];
  protected readonly roll: Rolls;
  private count = 0;

  constructor(roll: Rolls) {
    this.roll = roll;
  }

  /** What the root is called, and what it holds. */
  protected abstract readonly root: string;
  protected abstract parts(): (Part | string)[];

  /** The file with a layout, a declaration, and marks of its own. */
  write(): string {
    const { roll } = this;
    const root = el(this.root, this.parts(), ` plugin=${roll.one(['"x@1.2"', "'x@1.2'"])}`);
    const lineEnd = roll.one(['\n', '\n', '\n', '\r\n', '']);
    const indent = lineEnd === '' ? '' : roll.one(['  ', '  ', '\t', '    ', '']);
    const draw = (part: Part, depth: number): string => {
      const { name, attributes, inside } = part;
      if (inside.length === 0)
        return roll.often() ? `<${name}${attributes}/>` : `<${name}${attributes}></${name}>`;
      if (typeof inside === 'string') return `<${name}${attributes}>${inside}</${name}>`;
      const gap = lineEnd + indent.repeat(depth + 1);
      const children = inside.map(
        (child) => gap + (typeof child === 'string' ? child : draw(child, depth + 1)),
      );
      return `<${name}${attributes}>${children.join('')}${lineEnd}${indent.repeat(depth)}</${name}>`;
    };
    const declaration = roll.one([
      `<?xml version='1.1' encoding='UTF-8'?>${lineEnd}`,
      `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${lineEnd}`,
      '\ufeff<?xml version="1.0"?>\n<!-- by hand -->\n',
      '',
    ]);
    return `${declaration}${draw(root, 0)}${roll.one(['', '\n', '\r\n<!-- end -->'])}`;
  }

  protected item(): (Part | string)[] {
    const { roll } = this;
    return [
      ...this.rarely(() => el('actions', this.stranger())),
      ...this.maybe(() => el('description', roll.one(TEXTS))),
      ...this.rarely(() => el('displayName', roll.one(TEXTS))),
      ...this.maybe(() => el('disabled', roll.one(['true', 'false', 'TRUE']))),
      ...this.stranger(),
    ];
  }

  /** A list in one of the forms that Java's kinds of lists have. */
  protected list(name: string, things: readonly (Part | string)[]): Part {
    if (this.roll.below(3) > 0) return el(name, things);
    return el(name, [el('a', things, ' class="some.Thing-array"')], ' class="java.util.Arrays$ArrayList"');
  }

  /** Nothing, or something that nobody but its plugin knows. */
  protected stranger(replacedBy?: string): string[] {
    if (this.roll.below(3) > 0) return [];
    const raw = this.roll.one(STRANGERS).replaceAll('#', String(this.count++));
    this.foreign.push({ raw, ...(replacedBy !== undefined && { replacedBy }) });
    return [raw];
  }

  protected maybe<T>(make: () => T): T[] {
    return this.roll.often() ? [make()] : [];
  }

  protected rarely<T>(make: () => T): T[] {
    return this.roll.below(3) === 0 ? [make()] : [];
  }

  protected shuffled<T>(values: readonly T[]): T[] {
    const left = [...values];
    return values.flatMap(() => left.splice(this.roll.below(left.length), 1));
  }
}

/** Text as it is written between tags. */
export const TEXTS = [
  '',
  'plain',
  ' spaces ',
  'a&#xd;\nb\n',
  '&lt;b&gt; &amp; &quot;&apos;',
  '<![CDATA[<&]]>',
  'x<![CDATA[ y ]]>z',
  '&#128640;&#x1F680; \u00fc',
  'half <!-- a comment --> text',
];

const STRANGERS = [
  '<foreign.p#.Property plugin="f@1"><a b=\'1\'>x &#65; y</a><c/></foreign.p#.Property>',
  '<foreign.p#.Empty/>',
  '<foreign.p#.Custom serialization="custom"><unserializable-parents/><default><n>1</n></default></foreign.p#.Custom>',
  '<foreign.p#.Cdata><![CDATA[</foreign>]]><!-- <x> --><?pi y?></foreign.p#.Cdata>',
  '<foreign.p#.Deep\n  a="1"  ><b><b><b class="x" reference="../.."></b></b></b ></foreign.p#.Deep>',
  '<foreign.p#.Odd_-Name_0 resolves-to="y">&#x0000041;\t\u00e9&#xa0;</foreign.p#.Odd_-Name_0>',
];

import type { Argument, Expression } from './expression.ts';
import type { Span } from './position.ts';

/** A Declarative pipeline as it is written, every part with its exact source span. */
export interface Pipeline {
  readonly agent?: Agent;
  readonly stages: readonly Stage[];
  readonly environment?: Environment;
  readonly post?: Post;
  readonly tools?: DirectiveSection;
  readonly options?: DirectiveSection;
  readonly parameters?: DirectiveSection;
  readonly triggers?: DirectiveSection;
  readonly libraries?: DirectiveSection;
  /** Groovy in front of and behind the pipeline block: imports, functions, variables. */
  readonly outerCode: readonly Span[];
  readonly span: Span;
}

/** `agent any`, `agent none` (no settings) or `agent { type … }`. */
export interface Agent {
  readonly type: string;
  /** What stands behind the type, as in `label 'linux'`. */
  readonly arguments: readonly Argument[];
  /** The lines in the type's own block, as in `node { label 'linux' }`. */
  readonly settings: readonly Directive[];
  readonly span: Span;
}

/** One line of options, parameters, triggers, tools, libraries, input, or of an agent's block. */
export interface Directive {
  readonly name: string;
  readonly arguments: readonly Argument[];
  /** The lines in its own block, when it has one. */
  readonly block?: readonly Directive[];
  readonly span: Span;
}

/** A section that is a list of directives. */
export interface DirectiveSection {
  readonly directives: readonly Directive[];
  readonly span: Span;
}

/** `environment { NAME = value }`. */
export interface Environment {
  readonly variables: readonly { readonly name: string; readonly value: Expression; readonly span: Span }[];
  readonly span: Span;
}

/** `post { condition { steps } }`, in the order of the text. */
export interface Post {
  readonly conditions: readonly PostCondition[];
  readonly span: Span;
}

/** One condition of a post section. */
export interface PostCondition {
  readonly condition: PostConditionName;
  readonly steps: readonly Step[];
  readonly span: Span;
}

/** The post conditions in the order in which Jenkins runs them, whatever the order of the text. */
export const POST_CONDITIONS = [
  'always',
  'changed',
  'fixed',
  'regression',
  'aborted',
  'success',
  'unsuccessful',
  'unstable',
  'failure',
  'notBuilt',
  'cleanup',
] as const;

/** The name of a post condition. */
export type PostConditionName = (typeof POST_CONDITIONS)[number];

/** One stage; it has exactly one of `steps`, `stages`, `parallel` and `matrix`. */
export interface Stage {
  readonly name: string;
  readonly agent?: Agent;
  readonly when?: When;
  readonly environment?: Environment;
  readonly tools?: DirectiveSection;
  readonly options?: DirectiveSection;
  readonly input?: DirectiveSection;
  readonly failFast?: { readonly value: boolean; readonly span: Span };
  readonly post?: Post;
  readonly steps?: readonly Step[];
  readonly stages?: readonly Stage[];
  readonly parallel?: readonly Stage[];
  readonly matrix?: Matrix;
  /** The section keyword and block that hold its steps or stages. */
  readonly contentSpan?: Span;
  readonly span: Span;
}

/** `matrix { axes { … } excludes { … } stages { … } }` with the sections a cell may have. */
export interface Matrix extends Omit<Stage, 'name' | 'steps' | 'parallel' | 'matrix' | 'failFast'> {
  readonly axes: readonly MatrixAxis[];
  readonly excludes: readonly (readonly MatrixAxis[])[];
}

/** `axis { name 'OS'; values 'linux', 'mac' }`; with `notValues` in an exclude, `negated` is true. */
export interface MatrixAxis {
  readonly name: string;
  readonly values: readonly string[];
  readonly negated: boolean;
  readonly span: Span;
}

/** `when { … }`: all conditions must hold. */
export interface When {
  readonly conditions: readonly WhenCondition[];
  readonly beforeAgent: boolean;
  readonly beforeInput: boolean;
  readonly beforeOptions: boolean;
  readonly span: Span;
}

/** One condition; `conditions` are those inside `allOf`, `anyOf` and `not`, `expression` is the source of an expression block. */
export interface WhenCondition {
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly conditions?: readonly WhenCondition[];
  readonly expression?: SourceBlock;
  readonly span: Span;
}

/** Groovy that is kept as its exact source. The span is that of `text`, the braces and blanks around it left out. */
export interface SourceBlock {
  readonly text: string;
  readonly span: Span;
}

/** One step. */
export interface Step {
  readonly name: string;
  readonly arguments: readonly Argument[];
  /** The steps in its block, when it has one. */
  readonly steps?: readonly Step[];
  /** The Groovy of a `script` block. */
  readonly script?: SourceBlock;
  readonly span: Span;
}

/** Where a node was written, for error messages. */
interface Place {
  readonly source: Source;
  /** UTF-16 units from the start of the source. */
  readonly position: number;
}

/** A text given to `parse`, with the name it was given under. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

interface DotNode extends Place {
  readonly type: 'dot';
}
interface NilNode extends Place {
  readonly type: 'nil';
}
interface BoolNode extends Place {
  readonly type: 'bool';
  readonly value: boolean;
}

/** A constant. Which Go types it can become is decided by how it is written and where it is used. */
export interface NumberNode extends Place {
  readonly type: 'number';
  readonly text: string;
  /** As an integer, when it is one that fits in 64 bits with a sign. */
  readonly int: number | bigint | undefined;
  readonly float: number;
  /** The Go type where nothing else is asked for; `overflow` is an integer that fits no int. */
  readonly ideal: 'int' | 'float' | 'overflow';
}
interface StringNode extends Place {
  readonly type: 'string';
  /** As written, with its quotes. */
  readonly quoted: string;
  readonly value: string;
}

/** A value that is written in the template. */
export type ConstantNode = BoolNode | NumberNode | StringNode;

/** `.A.B`: fields of dot. */
interface FieldNode extends Place {
  readonly type: 'field';
  readonly names: readonly string[];
}

/** `$x.A.B`; `slot` is the variable's place in the frame, -1 when none was declared before. */
export interface VariableNode extends Place {
  readonly type: 'variable';
  readonly name: string;
  readonly slot: number;
  readonly names: readonly string[];
}

/** The name of a function. */
export interface IdentifierNode extends Place {
  readonly type: 'identifier';
  readonly name: string;
}

/** Fields of something else than dot and variables: `(pipeline).A.B`. */
interface ChainNode extends Place {
  readonly type: 'chain';
  readonly operand: OperandNode;
  readonly names: readonly string[];
}

/** One word of a command. */
export type OperandNode =
  DotNode | NilNode | ConstantNode | FieldNode | VariableNode | IdentifierNode | ChainNode | PipeNode;

/** One step of a pipeline: an operand, and what it is called with. */
export interface CommandNode extends Place {
  readonly type: 'command';
  readonly words: readonly [OperandNode, ...OperandNode[]];
}

/** Commands whose results are handed on, and the variables that take the last one. */
export interface PipeNode extends Place {
  readonly type: 'pipe';
  readonly variables: readonly VariableNode[];
  readonly assign: boolean;
  readonly commands: readonly CommandNode[];
}

interface TextNode extends Place {
  readonly type: 'text';
  readonly text: string;
}

/** `{{ pipeline }}`: writes what comes out, unless a variable takes it. */
export interface ActionNode extends Place {
  readonly type: 'action';
  readonly pipe: PipeNode;
}

/** `if`, `with` and `range`. */
export interface BranchNode extends Place {
  readonly type: 'if' | 'with' | 'range';
  readonly pipe: PipeNode;
  readonly list: readonly StatementNode[];
  readonly otherwise: readonly StatementNode[] | undefined;
}
interface JumpNode extends Place {
  readonly type: 'break' | 'continue';
}

/** `{{ template "name" pipeline }}`; without a pipeline the other template has no data. */
export interface TemplateNode extends Place {
  readonly type: 'template';
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

/** What the body of a template consists of. */
export type StatementNode = TextNode | ActionNode | BranchNode | JumpNode | TemplateNode;

/** Anything that an error can be found at. */
export type Node = StatementNode | OperandNode | CommandNode;

/** One template: the body of a `define`, of a `block`, or of a whole source. */
export interface TemplateTree {
  readonly name: string;
  readonly source: Source;
  readonly body: readonly StatementNode[];
  /** How many variables are alive at once, `$` among them. */
  readonly slots: number;
}

/** Whether a body holds nothing but space: such a template does not replace one that says something. */
export const isEmptyBody = (body: readonly StatementNode[]): boolean =>
  body.every((node) => node.type === 'text' && node.text.trim() === '');

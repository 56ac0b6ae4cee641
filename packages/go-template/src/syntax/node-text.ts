import { quote } from '../format/quote.ts';
import type { CommandNode, Node, OperandNode, PipeNode, StatementNode } from './node.ts';

/** A node as Go writes it in error messages: the source, put in order. */
export function nodeText(node: Node): string {
  switch (node.type) {
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'field':
      return `.${node.names.join('.')}`;
    case 'variable':
      return [node.name, ...node.names].join('.');
    case 'identifier':
      return node.name;
    case 'chain':
      return [operandText(node.operand), ...node.names].join('.');
    case 'command':
      return commandText(node);
    case 'pipe':
      return pipeText(node);
    case 'text':
      return node.text;
    case 'action':
      return `{{${pipeText(node.pipe)}}}`;
    case 'break':
    case 'continue':
      return `{{${node.type}}}`;
    case 'template':
      return `{{template ${[quote(node.name), ...(node.pipe ? [pipeText(node.pipe)] : [])].join(' ')}}}`;
    default: {
      const otherwise = node.otherwise ? `{{else}}${listText(node.otherwise)}` : '';
      return `{{${node.type} ${pipeText(node.pipe)}}}${listText(node.list)}${otherwise}{{end}}`;
    }
  }
}

const listText = (list: readonly StatementNode[]): string => list.map(nodeText).join('');
const operandText = (node: OperandNode): string =>
  node.type === 'pipe' ? `(${pipeText(node)})` : nodeText(node);
const commandText = (node: CommandNode): string => node.words.map(operandText).join(' ');

function pipeText(node: PipeNode): string {
  const names = node.variables.map((variable) => variable.name).join(', ');
  const declared = names === '' ? '' : `${names} ${node.assign ? '=' : ':='} `;
  return declared + node.commands.map(commandText).join(' | ');
}

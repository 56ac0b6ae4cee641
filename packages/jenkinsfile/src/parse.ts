import { Context, splitBlock } from './declarative/context.ts';
import { readPipeline } from './declarative/pipeline.ts';
import { Report, type Diagnostic } from './diagnostic.ts';
import { ExpressionParser } from './groovy/expression-parser.ts';
import { tokenize } from './groovy/lexer.ts';
import { GroovySyntaxError } from './groovy/syntax-error.ts';
import { TokenStream } from './groovy/token-stream.ts';
import type { Token } from './groovy/token.ts';
import type { Pipeline } from './model.ts';
import type { Position, Span } from './position.ts';

/** The longest Jenkinsfile that is read, in bytes of UTF-8. */
export const MAX_BYTES = 1024 * 1024;

/** What a Jenkinsfile was read to. Without diagnostics of severity `error` a real Jenkins accepts it too. */
export interface ParseResult {
  /** What could be read; absent when the text is no Groovy or has no pipeline block. */
  readonly pipeline?: Pipeline;
  /** Findings in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Parses a Declarative Jenkinsfile and checks its structure as Jenkins' own validator does.
 * Never throws for what the text contains; takes linear time and bounded stack.
 *
 * @example
 * const { pipeline, diagnostics } = parseJenkinsfile(`pipeline { agent any
 *   stages { stage('Build') { steps { sh 'make' } } } }`);
 */
export function parseJenkinsfile(text: string): ParseResult {
  const report = new Report();
  try {
    const pipeline = read(text, report);
    const diagnostics = report.diagnostics.toSorted(
      (left, right) => left.line - right.line || left.column - right.column,
    );
    return { ...(pipeline && { pipeline }), diagnostics };
  } catch (error) {
    if (!(error instanceof GroovySyntaxError)) throw error;
    // Groovy compiles all or nothing: behind a syntax error no other finding means anything.
    const only = new Report();
    only.error(error.code, 'pipeline', error.span, error.message);
    return { diagnostics: only.diagnostics };
  }
}

function read(text: string, report: Report): Pipeline | undefined {
  const start: Position = { offset: 0, line: 1, column: 1 };
  const top: Span = { start, end: start };
  if (text.length > MAX_BYTES || new TextEncoder().encode(text).length > MAX_BYTES) {
    report.error(
      'too-large',
      'pipeline',
      top,
      `The Jenkinsfile is larger than ${MAX_BYTES} bytes; move what it does into scripts or a library.`,
    );
    return undefined;
  }
  const tokens = tokenize(text);
  const parser = new ExpressionParser(tokens);
  const index = findPipeline(tokens, parser);
  if (index === undefined) {
    const nested = tokens.find((token, at) => isPipelineStart(tokens, at));
    if (nested) {
      report.error(
        'nested-pipeline',
        'pipeline',
        nested.span,
        'The pipeline block must be at the top level, not within another block.',
      );
    } else
      report.error(
        'no-pipeline',
        'pipeline',
        top,
        'The Jenkinsfile has no pipeline block. Scripted pipelines are not Declarative: start with pipeline { … }.',
      );
    return undefined;
  }
  const stream = new TokenStream(tokens, index, tokens.length - 1);
  const call = parser.parse(stream);
  const block = call.kind === 'call' ? splitBlock(call).block : undefined;
  if (call.kind !== 'call' || call.name !== 'pipeline' || block === undefined) throw stream.unexpected();
  const outerCode = [
    codeBetween(tokens, 0, index),
    codeBetween(tokens, stream.index, tokens.length - 1),
  ].filter((span) => span !== undefined);
  return readPipeline(new Context(text, parser, report), call, block, outerCode);
}

function isPipelineStart(tokens: readonly Token[], index: number): boolean {
  const [previous, word, brace] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (word?.kind !== 'identifier' || word.text !== 'pipeline') return false;
  if (brace?.kind !== 'punctuation' || brace.text !== '{') return false;
  return (
    previous === undefined ||
    previous.kind === 'newline' ||
    (previous.kind === 'punctuation' && [';', '{', '}', '->'].includes(previous.text))
  );
}

/** The first pipeline block outside of all other blocks: Jenkins takes the first of several. */
function findPipeline(tokens: readonly Token[], parser: ExpressionParser): number | undefined {
  for (let index = 0; index < tokens.length; index++) {
    if (isPipelineStart(tokens, index)) return index;
    const token = tokens[index];
    if (token?.kind === 'punctuation' && (token.text === '{' || token.text === '(' || token.text === '['))
      index = parser.partnerOf(index);
  }
  return undefined;
}

function codeBetween(tokens: readonly Token[], from: number, limit: number): Span | undefined {
  const code = tokens.slice(from, limit).filter((token) => token.kind !== 'newline');
  const [first, last] = [code[0], code.at(-1)];
  return first && last && { start: first.span.start, end: last.span.end };
}

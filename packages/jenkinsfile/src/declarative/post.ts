import { didYouMean } from '../closest-name.ts';
import type { Call, Closure } from '../expression.ts';
import { plainCall } from '../groovy/statement.ts';
import { POST_CONDITIONS, type Post, type PostCondition, type PostConditionName } from '../model.ts';
import { splitBlock, type Context } from './context.ts';
import { readStepBlock } from './steps.ts';

/** Reads `post { condition { steps } }`. */
export function readPost(context: Context, section: Call, block: Closure): Post {
  const { report } = context;
  const conditions: PostCondition[] = [];
  const statements = context.statements(block);
  if (statements.length === 0) report.error('empty-section', 'post', section.span, 'post can not be empty.');
  for (const statement of statements) {
    const call = plainCall(statement);
    const { block: body, arguments: args } = call ? splitBlock(call) : { block: undefined, arguments: [] };
    if (call === undefined || body === undefined || args.length > 0) {
      report.error(
        'invalid-condition',
        'post',
        statement.span,
        `The post section can only contain build condition names with code blocks. Valid condition names are ${POST_CONDITIONS.join(', ')}.`,
      );
    } else if (!isPostCondition(call.name)) {
      const hint = didYouMean(call.name, POST_CONDITIONS);
      report.error(
        'invalid-condition',
        'post',
        call.span,
        `Invalid condition "${call.name}".${hint} Valid conditions are ${POST_CONDITIONS.join(', ')}.`,
      );
    } else {
      if (conditions.some((other) => other.condition === call.name)) {
        report.error('duplicate-name', 'post', call.span, `Duplicate build condition name: "${call.name}".`);
      }
      conditions.push({
        condition: call.name,
        steps: readStepBlock(context, call.name, body),
        span: call.span,
      });
    }
  }
  return { conditions, span: section.span };
}

function isPostCondition(name: string): name is PostConditionName {
  return POST_CONDITIONS.some((condition) => condition === name);
}

import { goFunction, type GoFunction } from '@armillary/go-template';
import type { Clock } from '@armillary/kube';
import { alertMessage, alertMessageCn } from '../alerts/alert-message.ts';
import type { Dictionary } from './dictionary.ts';
import { encodingFunctions } from './functions/encoding-functions.ts';
import { listFunctions } from './functions/list-functions.ts';
import { textFunctions } from './functions/text-functions.ts';
import { timeFunctions } from './functions/time-functions.ts';
import { templateAlert } from './template-data.ts';

/** What functions know beside their arguments. */
export interface FunctionContext {
  readonly language: string;
  readonly dictionary: Dictionary;
  readonly clock: Clock;
}

/** Upstream's functions and those of Alertmanager 0.34, for all templates of one language. */
export const templateFunctions = ({
  language,
  dictionary,
  clock,
}: FunctionContext): Record<string, GoFunction> => ({
  ...textFunctions,
  ...listFunctions,
  ...encodingFunctions,
  ...timeFunctions(clock),
  translate: goFunction(['string'], (word) => dictionary.translate(word)),
  /** Upstream knows the language of the Chinese sentence by exactly this name. */
  message: goFunction([templateAlert], ({ alert }) =>
    language === 'zh-cn' ? alertMessageCn(alert) : alertMessage(alert),
  ),
});

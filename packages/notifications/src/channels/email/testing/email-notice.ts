import type { Alert } from '../../../alerts/alert.ts';
import type { EmailConfig } from '../../../kinds/config-channels.ts';
import type { EmailReceiver } from '../../../kinds/receiver-channels.ts';
import { testAlert, testNotice } from '../../../testing/notice.ts';
import type { Notice } from '../../channel.ts';

/** What a test says of a notice; everything else is as most tests want it. */
export interface EmailNotice {
  readonly port?: number;
  readonly receiver?: Partial<EmailReceiver>;
  readonly config?: Partial<EmailConfig>;
  readonly alerts?: readonly Alert[];
  readonly delivery?: string;
}

/** A notice to Ann through a server on this machine. */
export function emailNotice(rest: EmailNotice = {}): Notice<'email'> {
  const { port = 25, receiver, config, alerts = [testAlert('DiskFull')], delivery = 'delivery-1' } = rest;
  const spec = { to: ['Ann <ann@example.com>'], ...receiver };
  const account = {
    from: 'Alerts <nm@example.com>',
    smartHost: { host: '127.0.0.1', port },
    ...config,
  };
  return { ...testNotice('email', spec, alerts, account), delivery };
}

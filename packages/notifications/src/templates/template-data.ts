import {
  goMethod,
  sliceType,
  structType,
  type GoMethod,
  type GoType,
  type GoValue,
} from '@armillary/go-template';
import type { Alert } from '../alerts/alert.ts';
import { commonPairs } from '../alerts/common-pairs.ts';
import { alertMessage, alertMessageCn } from '../alerts/alert-message.ts';
import { keyValues } from './key-values.ts';
import { templateTime } from './template-time.ts';

/** One alert as templates see it. Names are those of upstream's and Alertmanager's `Alert`. */
export class TemplateAlert {
  readonly alert: Alert;

  constructor(alert: Alert) {
    this.alert = alert;
  }

  /** Upstream's is a hash of its own making, for this purpose: to tell alerts apart. */
  get ID(): string {
    return this.alert.fingerprint;
  }
  get Status(): string {
    return this.alert.status;
  }
  get Labels(): GoValue {
    return keyValues.of(this.alert.labels);
  }
  get Annotations(): GoValue {
    return keyValues.of(this.alert.annotations);
  }
  get StartsAt(): GoValue {
    return templateTime(this.alert.startsAt);
  }
  get EndsAt(): GoValue {
    return templateTime(this.alert.endsAt);
  }
  get GeneratorURL(): string {
    return this.alert.generatorURL;
  }
  get Fingerprint(): string {
    return this.alert.fingerprint;
  }
}

/** The type of one alert: what `message` takes. */
export const templateAlert = structType<TemplateAlert>({
  name: 'template.Alert',
  fields: ['ID', 'Status', 'Labels', 'Annotations', 'StartsAt', 'EndsAt', 'GeneratorURL', 'Fingerprint'],
  methods: {
    Message: goMethod([], ({ alert }: TemplateAlert) => alertMessage(alert)),
    MessageCN: goMethod([], ({ alert }: TemplateAlert) => alertMessageCn(alert)),
  },
});

type AlertList = readonly GoValue<TemplateAlert>[];

const inState = (status: Alert['status']): GoMethod =>
  goMethod([], (alerts: AlertList) =>
    templateAlerts.of(alerts.filter(({ value }) => value.alert.status === status)),
  );

const templateAlerts: GoType<AlertList> = sliceType<GoValue<TemplateAlert>>({
  name: 'template.Alerts',
  methods: { Firing: inState('firing'), Resolved: inState('resolved') },
});

/** What a message is about. */
export interface TemplateSubject {
  readonly alerts: readonly Alert[];
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly receiverName?: string;
}

class TemplateData {
  readonly #subject: TemplateSubject;
  #commonLabels: GoValue | undefined;
  #commonAnnotations: GoValue | undefined;
  readonly Alerts: GoValue;

  constructor(subject: TemplateSubject) {
    this.#subject = subject;
    this.Alerts = templateAlerts.of(
      subject.alerts.map((alert) => templateAlert.of(new TemplateAlert(alert))),
    );
  }

  get Receiver(): string {
    return this.#subject.receiverName ?? '';
  }
  /** Empty when some fire and some do not, as upstream has it; Alertmanager calls such a group firing. */
  get Status(): string {
    const [first, ...others] = this.#subject.alerts;
    return first && others.every(({ status }) => status === first.status) ? first.status : '';
  }
  get GroupLabels(): GoValue {
    return keyValues.of(this.#subject.groupLabels);
  }
  get CommonLabels(): GoValue {
    return (this.#commonLabels ??= keyValues.of(
      commonPairs(this.#subject.alerts.map(({ labels }) => labels)),
    ));
  }
  get CommonAnnotations(): GoValue {
    return (this.#commonAnnotations ??= keyValues.of(
      commonPairs(this.#subject.alerts.map(({ annotations }) => annotations)),
    ));
  }
  /** Alertmanager's own address: it does not come with an alert. */
  get ExternalURL(): string {
    return '';
  }
}

const dataType = structType<TemplateData>({
  name: 'template.Data',
  fields: ['Receiver', 'Status', 'Alerts', 'GroupLabels', 'CommonLabels', 'CommonAnnotations', 'ExternalURL'],
});

/** The dot of every template: upstream's and Alertmanager's `Data`. Common labels are found when they are asked for. */
export const templateData = (subject: TemplateSubject): GoValue => dataType.of(new TemplateData(subject));

import { ResourceSchema } from '@armillary/resource';
import { describe, expect, test } from 'vitest';
import { channelTypes } from '../channels/channel-type.ts';
import { configKind } from './config.ts';
import { notificationKinds } from './notification-kinds.ts';
import { notificationManagerKind } from './notification-manager.ts';
import { receiverSourceKind } from './receiver-source.ts';
import { receiverKind } from './receiver.ts';
import { routerKind } from './router.ts';
import { silenceKind } from './silence.ts';

const objectOf = (kind: { apiVersion: string; kind: string }, spec: unknown): object => ({
  apiVersion: kind.apiVersion,
  kind: kind.kind,
  metadata: { name: 'demo' },
  spec,
});
const secret = { valueFrom: { secretKeyRef: { namespace: 'ops', name: 'account', key: 'token' } } };
const selector = {
  matchLabels: { type: 'default' },
  matchExpressions: [{ key: 'alertname', operator: 'Match', regexValue: '^Node' }],
};

test('the resources have the names, short names and scope that upstream gave them', () => {
  const shown = notificationKinds.map((kind) => {
    const { names, scope, versions } = kind.crd().spec;
    return [
      kind.crd().metadata.name,
      names.shortNames?.join(),
      scope,
      versions.map(({ name }) => name).join(),
    ];
  });
  expect(shown).toEqual([
    ['configs.notification.kubesphere.io', 'nc', 'Cluster', 'v2beta2'],
    ['notificationmanagers.notification.kubesphere.io', 'nm', 'Cluster', 'v2beta2'],
    ['receivers.notification.kubesphere.io', 'nr', 'Cluster', 'v2beta2'],
    ['receiversources.notification.armillary.dev', 'rsrc', 'Cluster', 'v1alpha1'],
    ['routers.notification.kubesphere.io', undefined, 'Cluster', 'v2beta2'],
    ['silences.notification.kubesphere.io', undefined, 'Cluster', 'v2beta2'],
  ]);
});

test('a status can be written for each', () => {
  for (const kind of notificationKinds) {
    expect(kind.crd().spec.versions[0]?.subresources).toEqual({ status: {} });
  }
});

test('a receiver has one field for every channel', () => {
  const spec = receiverKind.crd().spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec'];
  expect(Object.keys(spec?.properties ?? {})).toEqual([...channelTypes]);
});

describe("upstream's objects are valid as they are", () => {
  test('a receiver with every field of every channel', () => {
    const all = {
      enabled: true,
      alertSelector: selector,
      template: 'nm.default.text',
      tmplText: { name: 't' },
    };
    const spec = {
      dingtalk: {
        ...all,
        dingtalkConfigSelector: selector,
        chatbot: { webhook: secret, keywords: ['k'], secret, atMobiles: ['1'], atUsers: ['u'], atAll: true },
        conversation: { chatids: ['chat'] },
        titleTemplate: 'nm.default.subject',
        tmplType: 'markdown',
      },
      discord: { ...all, webhook: secret, type: 'embed', mentionedUsers: ['1'], mentionedRoles: ['2'] },
      email: {
        ...all,
        emailConfigSelector: selector,
        to: ['a@example.com'],
        subjectTemplate: 's',
        tmplType: 'html',
      },
      feishu: {
        ...all,
        feishuConfigSelector: selector,
        user: ['u'],
        department: ['d'],
        chatbot: { webhook: secret, keywords: ['k'], secret },
        tmplType: 'post',
      },
      pushover: {
        ...all,
        pushoverConfigSelector: selector,
        titleTemplate: 't',
        profiles: [{ userKey: 'u'.repeat(30), devices: ['phone'], title: 't', sound: 'siren' }],
      },
      slack: { ...all, slackConfigSelector: selector, channels: ['ops'] },
      sms: { ...all, smsConfigSelector: selector, phoneNumbers: ['13800000000'] },
      telegram: { ...all, telegramConfigSelector: selector, channels: ['-100'], mentionedUsers: ['ann'] },
      webhook: {
        ...all,
        webhookConfigSelector: selector,
        service: { namespace: 'ops', name: 'hook', path: '/in', port: 8080, scheme: 'https' },
        httpConfig: {
          basicAuth: { username: 'u', password: secret },
          bearerToken: secret,
          proxyUrl: 'http://proxy:3128',
          tlsConfig: {
            rootCA: secret,
            clientCertificate: { cert: secret, key: secret },
            serverName: 'hook',
            insecureSkipVerify: true,
          },
        },
      },
      wechat: {
        ...all,
        wechatConfigSelector: selector,
        toUser: ['u'],
        toParty: ['p'],
        toTag: ['t'],
        chatbot: { webhook: secret, atUsers: ['u'], atMobiles: ['1'] },
        tmplType: 'text',
      },
    };
    expect(receiverKind.validate(objectOf(receiverKind, spec))).toEqual([]);
    expect(prunedFrom(receiverKind, spec)).toEqual(spec);
  });

  test('a config with every field of every channel', () => {
    const labels = { zone: 'a' };
    const spec = {
      dingtalk: { labels, conversation: { appkey: secret, appsecret: secret } },
      email: {
        labels,
        from: 'nm@example.com',
        smartHost: { host: 'mail.example.com', port: 465 },
        hello: 'nm',
        authUsername: 'u',
        authIdentify: 'i',
        authPassword: secret,
        authSecret: secret,
        requireTLS: true,
        tls: { insecureSkipVerify: false, serverName: 'mail', rootCA: secret },
      },
      feishu: { labels, appID: secret, appSecret: secret },
      pushover: { labels, pushoverTokenSecret: secret },
      slack: { labels, slackTokenSecret: secret },
      sms: {
        defaultProvider: 'aliyun',
        providers: {
          aliyun: { signName: 's', templateCode: 'c', accessKeyId: secret, accessKeySecret: secret },
          aws: { region: 'eu-west-1', accessKeyId: secret, secretAccessKey: secret },
          huawei: {
            url: 'https://sms.example.com',
            signature: 's',
            templateId: 't',
            sender: '1',
            appSecret: secret,
            appKey: secret,
          },
          tencent: { sign: 's', templateID: '1', smsSdkAppid: '2', secretId: secret, secretKey: secret },
        },
      },
      telegram: { labels, telegramTokenSecret: secret },
      webhook: { labels },
      wechat: {
        labels,
        wechatApiUrl: 'https://qy.example.com',
        wechatApiCorpId: 'c',
        wechatApiAgentId: '1',
        wechatApiSecret: secret,
      },
    };
    expect(configKind.validate(objectOf(configKind, spec))).toEqual([]);
    expect(prunedFrom(configKind, spec)).toEqual(spec);
  });

  test('a notification manager with options in their odd units, sidecars and pods of any form', () => {
    const throttle = { threshold: 20, unit: 60_000_000_000, maxWaitTime: 10_000_000_000 };
    const spec = {
      image: 'example.com/notifications:v1',
      imagePullPolicy: 'IfNotPresent',
      replicas: 2,
      resources: { limits: { cpu: 1, memory: '1Gi' } },
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      tolerations: [{ key: 'k', operator: 'Exists' }],
      serviceAccountName: 'notification-manager-sa',
      portName: 'webhook',
      env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
      volumes: [{ name: 'v', hostPath: { path: '/etc/localtime', type: '' } }],
      volumeMounts: [{ name: 'v', mountPath: '/etc/localtime' }],
      args: ['--log.level=debug'],
      annotations: { a: 'b' },
      labels: { c: 'd' },
      defaultConfigSelector: { matchLabels: { type: 'default' } },
      receivers: {
        tenantKey: 'user',
        globalReceiverSelector: { matchLabels: { type: 'global' } },
        tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
        options: {
          global: { templateFile: ['/etc/t'], template: 'nm.default.text', cluster: 'host' },
          dingtalk: {
            notificationTimeout: 5,
            titleTemplate: 't',
            tmplType: 'text',
            tokenExpires: 7_200_000_000_000,
            conversationMessageMaxSize: 5000,
            chatbotMessageMaxSize: 19_960,
            chatBotThrottle: throttle,
            conversationThrottle: throttle,
          },
          email: {
            notificationTimeout: 5,
            deliveryType: 'bulk',
            maxEmailReceivers: 50,
            subjectTemplate: 's',
          },
          wechat: { messageMaxSize: 2048, tokenExpires: 7_200_000_000_000, tmplType: 'text' },
        },
      },
      defaultSecretNamespace: 'ops',
      sidecars: {
        tenant: {
          type: 'kubesphere',
          name: 'tenant',
          image: 'example.com/tenant:v1',
          ports: [{ containerPort: 19_094 }],
        },
        receiver: { type: 'custom', image: 'example.com/receivers:v1' },
      },
      history: { webhook: { url: 'http://history.ops.svc/in' } },
      groupLabels: ['alertname', 'namespace'],
      batchMaxSize: 100,
      batchMaxWait: '1m0s',
      routePolicy: 'All',
      template: {
        text: { name: 'templates', namespace: 'ops' },
        reloadCycle: '1m',
        languagePack: [{ name: 'zh-cn', namespace: 'ops' }],
        language: 'zh-cn',
      },
    };
    expect(notificationManagerKind.validate(objectOf(notificationManagerKind, spec))).toEqual([]);
    expect(prunedFrom(notificationManagerKind, spec)).toEqual(spec);
  });

  test('a router', () => {
    const spec = {
      enabled: true,
      alertSelector: selector,
      receivers: {
        name: ['ops'],
        regexName: 'ops.*',
        selector,
        type: 'email',
        channels: [{ tenant: 'ann', type: ['email'] }],
      },
    };
    expect(routerKind.validate(objectOf(routerKind, spec))).toEqual([]);
    expect(prunedFrom(routerKind, spec)).toEqual(spec);
  });

  test('a silence', () => {
    const spec = {
      enabled: true,
      matcher: selector,
      startsAt: '2026-01-01T00:00:00Z',
      schedule: '0 22 * * *',
      duration: '8h',
    };
    expect(silenceKind.validate(objectOf(silenceKind, spec))).toEqual([]);
    expect(prunedFrom(silenceKind, spec)).toEqual(spec);
  });

  test.each(notificationKinds.filter((kind) => kind !== receiverSourceKind))(
    'a $kind without spec',
    (kind) => {
      expect(
        kind.validate({ apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: 'x' } }),
      ).toEqual([]);
    },
  );
});

describe('a source of receivers', () => {
  test('needs nothing but its address', () => {
    expect(
      receiverSourceKind.validate(objectOf(receiverSourceKind, { url: 'https://who.example.com' })),
    ).toEqual([]);
  });

  test.each([
    ['with neither url nor service', {}],
    ['with both', { url: 'https://who.example.com', service: { namespace: 'ops', name: 'who' } }],
  ])('is refused by the API server %s', (_, spec) => {
    expect(receiverSourceKind.validate(objectOf(receiverSourceKind, spec))).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'spec',
        message: 'Invalid value: exactly one of url and service',
      },
    ]);
  });

  test('knows its policies', () => {
    const spec = { url: 'https://who.example.com', mergePolicy: 'Replace', onError: 'Ignore' };
    expect(receiverSourceKind.validate(objectOf(receiverSourceKind, spec)).map(({ field }) => field)).toEqual(
      ['spec.mergePolicy', 'spec.onError'],
    );
  });
});

/** What the API server keeps of a spec: unknown fields are gone. */
function prunedFrom(kind: (typeof notificationKinds)[number], spec: object): unknown {
  const schema = kind.crd().spec.versions[0]?.schema.openAPIV3Schema;
  const object = structuredClone(objectOf(kind, spec)) as Record<string, unknown>;
  new ResourceSchema(schema ?? {}).prune(object);
  return object['spec'];
}

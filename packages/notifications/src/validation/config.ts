import { invalid, required, type Cause } from '@armillary/resource';
import type { ChannelType } from '../channels/channel-type.ts';
import type { SmsConfig } from '../kinds/config-channels.ts';
import { configKind, type ConfigSpec } from '../kinds/config.ts';
import { portCauses, urlCauses } from './address.ts';
import { credentialCauses } from './credential.ts';
import { tlsCauses } from './http-client-config.ts';
import { mailboxCauses } from './mailbox.ts';
import { validateObject } from './object.ts';
import { choiceCauses, lineCauses } from './text.ts';

/** The channels that a Config may have: not `keyof ConfigSpec`, which would make their checks optional. */
type ConfigType = Extract<ChannelType, keyof ConfigSpec>;
type Checks = {
  readonly [T in ConfigType]: (config: NonNullable<ConfigSpec[T]>, field: string) => Cause[];
};

const checks: Checks = {
  dingtalk: ({ conversation }, field) => [
    ...credentialCauses(conversation?.appkey, `${field}.conversation.appkey`),
    ...credentialCauses(conversation?.appsecret, `${field}.conversation.appsecret`),
  ],
  email: ({ from, smartHost, hello, authPassword, authSecret, tls }, field) => [
    ...mailboxCauses(from, `${field}.from`),
    ...lineCauses(smartHost.host, `${field}.smartHost.host`, 253),
    ...portCauses(smartHost.port, `${field}.smartHost.port`),
    ...(hello ? lineCauses(hello, `${field}.hello`, 253) : []),
    ...credentialCauses(authPassword, `${field}.authPassword`),
    ...credentialCauses(authSecret, `${field}.authSecret`),
    ...tlsCauses(tls, `${field}.tls`),
  ],
  feishu: ({ appID, appSecret }, field) => [
    ...credentialCauses(appID, `${field}.appID`),
    ...credentialCauses(appSecret, `${field}.appSecret`),
  ],
  pushover: ({ pushoverTokenSecret }, field) =>
    credentialCauses(pushoverTokenSecret, `${field}.pushoverTokenSecret`),
  slack: ({ slackTokenSecret }, field) => credentialCauses(slackTokenSecret, `${field}.slackTokenSecret`),
  sms: smsCauses,
  telegram: ({ telegramTokenSecret }, field) =>
    credentialCauses(telegramTokenSecret, `${field}.telegramTokenSecret`),
  webhook: () => [],
  wechat: ({ wechatApiUrl, wechatApiSecret }, field) => [
    ...(wechatApiUrl ? urlCauses(wechatApiUrl, `${field}.wechatApiUrl`) : []),
    ...credentialCauses(wechatApiSecret, `${field}.wechatApiSecret`),
  ],
};

function smsCauses({ defaultProvider, providers }: SmsConfig, field: string): Cause[] {
  const { aliyun, aws, huawei, tencent } = providers;
  const known = { aliyun, aws, huawei, tencent };
  const configured = Object.entries(known).filter(([, provider]) => provider !== undefined);
  const at = `${field}.providers`;
  return [
    ...choiceCauses(defaultProvider, `${field}.defaultProvider`, Object.keys(known)),
    ...(configured.length === 0
      ? [required(at, 'must specify one of: `aliyun`, `aws`, `huawei` or `tencent`')]
      : []),
    ...(defaultProvider &&
    Object.hasOwn(known, defaultProvider) &&
    !configured.some(([name]) => name === defaultProvider)
      ? [invalid(`${field}.defaultProvider`, defaultProvider, 'cannot find provider')]
      : []),
    ...credentialCauses(aliyun?.accessKeyId, `${at}.aliyun.accessKeyId`),
    ...credentialCauses(aliyun?.accessKeySecret, `${at}.aliyun.accessKeySecret`),
    ...credentialCauses(aws?.accessKeyId, `${at}.aws.accessKeyId`),
    ...credentialCauses(aws?.secretAccessKey, `${at}.aws.secretAccessKey`),
    ...(huawei?.url ? urlCauses(huawei.url, `${at}.huawei.url`) : []),
    ...credentialCauses(huawei?.appKey, `${at}.huawei.appKey`),
    ...credentialCauses(huawei?.appSecret, `${at}.huawei.appSecret`),
    ...credentialCauses(tencent?.secretId, `${at}.tencent.secretId`),
    ...credentialCauses(tencent?.secretKey, `${at}.tencent.secretKey`),
  ];
}

/** What is wrong with a Config, wherever it comes from. Nulls are no values, as for Receivers. */
export const validateConfig = (object: unknown): Cause[] =>
  validateObject(configKind, object, (spec) =>
    (Object.keys(checks) as ConfigType[]).flatMap((type) => {
      const config = spec[type];
      return config === undefined ? [] : configChannelCauses(type, config, `spec.${type}`);
    }),
  );

const configChannelCauses = <T extends ConfigType>(
  type: T,
  config: NonNullable<ConfigSpec[T]>,
  field: string,
): Cause[] => checks[type](config, field);

import { expect, test } from 'vitest';
import { templateName, titleTemplateName } from './template-name.ts';

const global = { template: 'global' };

test("a receiver's own template wins over the channel's, that over the one for all, that over the default", () => {
  const all = { global, slack: { template: 'slack' }, email: { template: 'email' } };
  expect(templateName('slack', { template: 'own' }, all, 'default')).toBe('own');
  expect(templateName('slack', {}, all, 'default')).toBe('slack');
  expect(templateName('slack', {}, { global, email: { template: 'email' } }, 'default')).toBe('global');
  expect(templateName('slack', {}, {}, 'default')).toBe('default');
  expect(templateName('slack', {}, undefined, 'default')).toBe('default');
});

test('an empty name is none', () => {
  const empty = { global: { template: '' }, slack: { template: '' } };
  expect(templateName('slack', { template: '' }, empty, 'default')).toBe('default');
  expect(
    titleTemplateName('pushover', { titleTemplate: '' }, { pushover: { titleTemplate: '' } }, 'default'),
  ).toBe('default');
});

test('titles have no template for all channels', () => {
  expect(
    titleTemplateName('teams', { titleTemplate: 'own' }, { teams: { titleTemplate: 'teams' } }, 'default'),
  ).toBe('own');
  expect(titleTemplateName('teams', {}, { teams: { titleTemplate: 'teams' } }, 'default')).toBe('teams');
  expect(titleTemplateName('teams', {}, { global }, 'default')).toBe('default');
});

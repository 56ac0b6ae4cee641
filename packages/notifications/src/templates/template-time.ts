import { goMethod, structType, type GoValue } from '@armillary/go-template';
// STUB until the engine has times.
const stub: any = structType<any>({
  name: 'time.Time',
  fields: [],
  methods: {
    UTC: goMethod([], (t: any) => stub.of(t)),
    IsZero: goMethod([], (t: any) => t.text.startsWith('0001')),
    Format: goMethod(['string'], (t: any) => new Date(t.text).toISOString().replace('T', ' ').slice(0, 19)),
  },
});
export const templateTime = (text: string): GoValue => stub.of({ text });

/** One template file or language pack: a key of a ConfigMap. */
export interface TemplateText {
  /** Where it is from, `namespace/name/key`: messages name it. */
  readonly name: string;
  readonly text: string;
}

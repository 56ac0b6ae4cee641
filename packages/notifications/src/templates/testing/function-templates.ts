const texts = [
  '{{ toUpper . }}|{{ toLower . }}|{{ title . }}|{{ trimSpace . }}',
  '{{ escape . }}|{{ toJson . }}|{{ urlquery . }}|{{ html . }}|{{ js . }}',
  '{{ match "^[a-z]+" . }}|{{ reReplaceAll `(\\w)(\\w*)` "$2$1" . }}|{{ reReplaceAll `\\s+` "${0}_$x" . }}',
  '{{ printf "%q %x %10.3s|%-5s" . . . . }}|{{ len . }}|{{ slice . 0 }}',
];
const times = [
  '{{ date "2006-01-02 15:04:05.999 Z07:00 MST" . }}|{{ . }}|{{ .Unix }}|{{ .IsZero }}|{{ .Weekday }}',
  '{{ tz "Asia/Shanghai" . | date "Mon Jan _2 3:04PM 2006 -0700" }}|{{ (tz "Europe/Berlin" .).UTC }}|{{ toJson . }}',
];

/** Templates that call every function and method on everything that alerts hold. */
export const functionTemplates: readonly string[] = [
  ...texts.map(
    (body) =>
      `{{ range .Alerts }}{{ range .Labels.Values }}${body}\n{{ end }}{{ range .Annotations.Values }}${body}\n{{ end }}{{ end }}`,
  ),
  ...times.map(
    (body) =>
      `{{ range .Alerts }}{{ with .StartsAt }}${body}{{ end }} {{ with .EndsAt }}${body}{{ end }}\n{{ end }}`,
  ),
  '{{ toJson .CommonLabels }}|{{ toJson .GroupLabels.SortedPairs }}|{{ .CommonLabels }}|{{ .CommonAnnotations }}',
  '{{ range .Alerts }}{{ .Message }}|{{ .MessageCN }}|{{ .Labels }}|{{ printf "%v" .Annotations }}\n{{ end }}',
  '{{ range .Alerts }}{{ .Labels.Names | join "," }}|{{ (.Labels.Remove (stringSlice "pod" "x")).Values }}|{{ .Labels.SortedPairs.Filter "node" }}\n{{ end }}',
  '{{ .Status }}|{{ len .Alerts.Firing }}|{{ len .Alerts.Resolved }}|{{ .GroupLabels.Remove .CommonLabels.Names }}|{{ .Receiver }}',
];

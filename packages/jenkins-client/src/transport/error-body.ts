/** Of an error page no more than this is read. */
const errorBodyBytes = 256 * 1024;

/** The start of an error page; what breaks it off is of no interest beside the error itself. */
export async function startOfBody(response: Response): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = '';
  let bytes = 0;
  try {
    while (bytes < errorBodyBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // The status and the headers tell what matters.
  }
  void reader.cancel().catch(() => undefined);
  return text;
}

import type { FullSurvey } from './node-surveyor.ts';

/** What depends on who serves cluster IPs. */
type ProxyFindings = Pick<FullSurvey, 'proxy' | 'backends'>;

/**
 * So long a kube-proxy may take to put its own rules back after somebody flushed them, in milliseconds: it looks every 30
 * seconds (`syncPeriod`) unless told otherwise.
 */
const graceMs = 120_000;

/**
 * Remembers who served cluster IPs. Whoever flushes the node's rules flushes kube-proxy's too, and for a while there
 * seems to be none: that is no reason to give all ports back, nor to move the rules to another backend.
 */
export class ProxyMemory {
  #last: { found: ProxyFindings; at: number } | undefined;

  /** The survey with what is to be believed of it; `now` in milliseconds. */
  recall(survey: FullSurvey, now: number): FullSurvey {
    if (survey.proxy !== 'none') {
      const { proxy, backends } = survey;
      this.#last = { found: { proxy, backends }, at: now };
      return survey;
    }
    if (this.#last === undefined || now - this.#last.at > graceMs) return survey;
    return { ...survey, ...this.#last.found };
  }
}

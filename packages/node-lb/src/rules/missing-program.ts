import { NodeLbError } from '../errors.ts';
import type { Ran } from '../host/commands.ts';

/** What a program said; nothing at all when the machine, or its kernel, has no such thing: then it holds no rules either. */
export async function unlessMissing(running: Promise<Ran>): Promise<Ran> {
  try {
    return await running;
  } catch (error) {
    const isMissing =
      error instanceof NodeLbError &&
      (error.code === 'ProgramMissing' ||
        (error.code === 'ProgramFailed' && kernelLacks.test(error.message)));
    if (isMissing) return { code: 0, stdout: '', stderr: '' };
    throw error;
  }
}

/** How nft, ipset and iptables say that the kernel was built without their part. */
const kernelLacks =
  /Protocol not supported|Cannot open session to kernel|Kernel error received|Module .* not found|does your kernel support|table does not exist/i;

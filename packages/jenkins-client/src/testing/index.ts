/** The version of Jenkins that the fake server behaves as: the recordings come from it. */
export const FAKE_VERSION = '2.516.2';

/** A Pipeline cannot become a job as it is written. The message names the field and what it may be. */
export class InvalidPipeline extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidPipeline';
  }
}

import { harness } from "./control.ts";

/** The tests are the user: they lay their answers ready. An unexpected dialog is cancelled. */
export const dialog = {
  async showOpenDialog(_window: unknown, options: unknown): Promise<{ canceled: boolean; filePaths: string[] }> {
    const answer = harness.dialogAnswers.shift() ?? null;
    harness.tell("dialog", options);
    return { canceled: answer === null, filePaths: answer === null ? [] : [answer] };
  },
};

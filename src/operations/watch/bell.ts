/** Wakes a loop that waits. */

export interface Bell {
  ring(): void;
  /** Waits until the bell is rung, or for that many milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

export function createBell(): Bell {
  let next = Promise.withResolvers<void>();
  return {
    ring() {
      next.resolve();
      next = Promise.withResolvers();
    },
    async wait(milliseconds) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds);
      });
      await Promise.race([next.promise, late]);
      clearTimeout(timer);
    },
  };
}

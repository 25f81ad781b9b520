import { harness, type PermissionDecider } from "./control.ts";

const AREA = { x: 0, y: 0, width: 1920, height: 1080 };

export const screen = { getAllDisplays: () => [{ workArea: AREA, bounds: AREA }] };

type CheckHandler = (contents: unknown, permission: string) => boolean;

export const session = {
  defaultSession: {
    setPermissionCheckHandler(handler: CheckHandler): void {
      harness.permissionCheck = (permission) => handler(null, permission);
    },
    setPermissionRequestHandler(
      handler: (contents: unknown, permission: string, decide: (granted: boolean) => void) => void,
    ): void {
      const decider: PermissionDecider = (permission) => {
        let granted = false;
        handler(null, permission, (decision) => {
          granted = decision;
        });
        return granted;
      };
      harness.permissionRequest = decider;
    },
  },
};

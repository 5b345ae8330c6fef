/** Version of the daemon and its CLI, as `polywan version` and `polywan status` tell it. */
export const VERSION = "0.1.0";

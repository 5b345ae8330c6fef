/** Where rpcd's files are; another set in tests. */
export interface RpcdPaths {
	readonly configDir: string;
	/** Used for a configuration instead of `configDir`, see UciStore. */
	readonly overrideDir: string;
	/** Saved changes of callers without a session. */
	readonly saveDir: string;
	readonly stateDir: string;
	readonly runDir: string;
	readonly aclDir: string;
	readonly shadowPath: string;
}

export const ROUTER_PATHS: RpcdPaths = {
	configDir: "/etc/config",
	overrideDir: "/var/run/uci",
	saveDir: "/tmp/.uci",
	stateDir: "/var/state",
	runDir: "/var/run/rpcd",
	aclDir: "/usr/share/rpcd/acl.d",
	shadowPath: "/etc/shadow",
};

/** Saved changes of one session. */
export function sessionSaveDir(paths: RpcdPaths, sid: string): string {
	return `${paths.runDir}/uci-${sid}`;
}

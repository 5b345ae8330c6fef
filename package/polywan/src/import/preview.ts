import { importMwan3 } from "polywan-core/import/mwan3";
import { parseMwan3File } from "polywan-core/import/mwan3-file";
import { type ImportPreview, toTables } from "polywan-core/import/preview";
import { exists, listDirectory, readText } from "polywan-runtime/file";

export const MWAN3_FILE = "/etc/config/mwan3";
/** Where it is installed, the service called mwan3 answers for polywan. */
export const MWAN3_COMPAT = "/usr/sbin/polywan-mwan3-compat";
const RC_FOLDER = "/etc/rc.d";

/** What /etc/config/mwan3 would become; nothing is changed. Throws SystemError. */
export function previewImport(): ImportPreview {
	const enabled = isEnabled();
	if (!exists(MWAN3_FILE)) return { present: false, enabled, sections: [], notes: [] };
	const { pkg, notes: unread } = parseMwan3File(readText(MWAN3_FILE));
	const { config, notes } = importMwan3(pkg);
	return { present: true, enabled, sections: toTables(config), notes: [...unread, ...notes] };
}

function isEnabled(): boolean {
	if (exists(MWAN3_COMPAT) || !exists(RC_FOLDER)) return false;
	return listDirectory(RC_FOLDER).some((name) => /^S\d+mwan3$/.test(name));
}

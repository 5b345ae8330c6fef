import { type Catalogue, parseCatalogue } from "polywan-core/app/catalogue";
import { exists, listDirectory, readText } from "polywan-runtime/file";

const OWN_FILE = "/usr/share/polywan/apps.json";
/** Files of users; they add applications, and replace those of the same name. */
const FOLDER = "/etc/polywan/apps.d";

export function readCatalogue(onTrouble: (trouble: string) => void): Catalogue {
	const names = exists(FOLDER) ? listDirectory(FOLDER).filter((name) => name.endsWith(".json")) : [];
	const paths = [OWN_FILE, ...names.sort().map((name) => `${FOLDER}/${name}`)];
	const files = paths.filter(exists).map((path) => ({ path, text: readText(path) }));
	return parseCatalogue(files, onTrouble);
}

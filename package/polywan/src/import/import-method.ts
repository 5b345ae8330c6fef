import type { UbusMethod } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";

/** `import`: what mwan3's configuration would become, and what could not be kept; answers ImportPreview of polywan-core. */
export function importMethods(): Record<string, UbusMethod> {
	return {
		import: {
			call: async () => {
				const { previewImport } = await import("./preview.ts");
				return previewImport() as unknown as BlobTable;
			},
		},
	};
}

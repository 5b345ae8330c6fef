export const mwan3En = {
	title: "Import from mwan3",
	intro: "Reads /etc/config/mwan3, which is never changed, and tells what becomes of every line of it.",
	absent: "This router has no configuration of mwan3.",
	enabled:
		"mwan3 is switched on at boot and would go on beside polywan. Once the import is kept, switch it off: /etc/init.d/mwan3 stop, then /etc/init.d/mwan3 disable.",
	replaces: "The import takes the place of the present configuration of polywan.",
	"notes.lost": "Cannot be kept: {count}",
	"notes.changed": "Done in another way: {count}",
	"notes.kept": "Mean the same as before: {count}",
	plan: "What will be changed",
	nothing: "All of it is there already.",
	take: "Take over",
	takeMore: "Nothing is in force before you apply it, on trial.",
};

export type ImportKey = keyof typeof mwan3En;
export type ImportWords = Readonly<Record<ImportKey, string>>;

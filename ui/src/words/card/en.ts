/** What cards of uplinks say besides their figures. */
export const cardEn = {
	"note.quota": "Quota",
	"note.part": "{used} of {quota}, {percent} %",
	"note.limited": "Slowed down to",
	"note.portal": "Captive portal",
	"note.open": "Open its page",
	"note.public": "Public address",
	"note.direct": "no NAT",
	"note.nat": "NAT",
	"note.cgnat": "CGNAT",
};

export type CardKey = keyof typeof cardEn;
export type CardWords = Readonly<Record<CardKey, string>>;

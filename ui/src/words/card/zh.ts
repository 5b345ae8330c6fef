import type { CardWords } from "./en.ts";

export const cardZh: CardWords = {
	"note.quota": "配额",
	"note.part": "{used} / {quota}，{percent}%",
	"note.limited": "已限速至",
	"note.portal": "强制门户",
	"note.open": "打开其页面",
	"note.public": "公网地址",
	"note.direct": "无 NAT",
	"note.nat": "NAT",
	"note.cgnat": "CGNAT",
};

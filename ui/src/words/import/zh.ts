import type { ImportWords } from "./en.ts";

export const mwan3Zh: ImportWords = {
	title: "从 mwan3 导入",
	intro: "读取 /etc/config/mwan3（绝不修改它），并说明其中每一行的去向。",
	absent: "此路由器没有 mwan3 的配置。",
	enabled:
		"mwan3 会随路由器启动，并与 polywan 同时运行。保留导入结果后请将其关闭：/etc/init.d/mwan3 stop，然后 /etc/init.d/mwan3 disable。",
	replaces: "导入内容将取代 polywan 的现有配置。",
	"notes.lost": "无法保留：{count}",
	"notes.changed": "以其他方式实现：{count}",
	"notes.kept": "含义不变：{count}",
	plan: "将会更改的内容",
	nothing: "所有内容均已存在。",
	take: "采用",
	takeMore: "在您试用应用之前，不会有任何内容生效。",
};

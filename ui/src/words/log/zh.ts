import type { LogWords } from "./en.ts";

export const logZh: LogWords = {
	"log.events": "事件",
	"log.system": "系统日志",
	"log.systemMore": "polywan 及其伴随程序写入的内容,最新的在前。",
	"log.level": "级别",
	"log.error": "错误",
	"log.warning": "警告",
	"log.notice": "通知",
	"log.info": "信息",
	"log.debug": "调试",
	"log.atLeast": "{level}及以上",
	"log.every": "全部",
	"log.program": "程序",
	"log.contains": "包含",
	"log.follow": "跟随",
	"log.when": "时间",
	"log.message": "消息",
	"log.shown": "{shown} / {all}",
	"log.nothing": "没有匹配的行。",
	"log.unreadable": "此路由器没有 logread:日志位于其日志守护进程保存之处。",
};

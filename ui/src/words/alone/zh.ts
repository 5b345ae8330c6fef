import type { AloneWords } from "./en.ts";

export const aloneZh: AloneWords = {
	"login.title": "登录路由器",
	"login.again": "会话已结束。请重新登录,从原处继续。",
	"login.user": "用户名",
	"login.password": "密码",
	"login.submit": "登录",
	"login.wrong": "用户名或密码不正确。",
	"login.out": "退出登录",
	"login.gone": "路由器没有响应。",
	"leave.staged": "退出后未应用的更改将丢失。确定退出吗？",
	"theme.label": "外观",
	"theme.auto": "跟随系统",
	"theme.light": "浅色",
	"theme.dark": "深色",
	"language.label": "语言",
};

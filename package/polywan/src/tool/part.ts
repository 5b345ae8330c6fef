/** Of a file, before it becomes text: a multiple of three, so that the texts can be joined; far below what ubus carries. */
export const PART_BYTES = 196_608;

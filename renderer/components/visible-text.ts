export { cutMiddle, headAndTail, onHover, SHOWN, shown, visible } from "../../shared/types/visible-text.ts";

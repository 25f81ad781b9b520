export { code, plain, type Sentence, sentence } from "../../shared/types/sentence.ts";

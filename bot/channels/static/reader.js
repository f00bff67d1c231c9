/* The reader page: large type as chosen in the chat, and the quotation in sight. */

import { memory } from "./chat_wire.js";

document.documentElement.classList.toggle("large", memory.get("jiefang.large") === "1");
const quotation = document.querySelector(".passage mark");
if (quotation) quotation.scrollIntoView({ block: "nearest" });

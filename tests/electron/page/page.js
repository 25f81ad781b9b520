/** The smallest page that uses all of its shell. The tests read `window.seen`. */
const seen = { opened: [], dropped: [], violations: [] };
window.seen = seen;
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  seen.violations.push(`${effectiveDirective} ${blockedURI}`);
});
window.addEventListener("dragover", (event) => event.preventDefault());
window.addEventListener("drop", (event) => {
  event.preventDefault();
  for (const file of event.dataTransfer.files) {
    window.heapShell
      .offerFile(file, () => {})
      .then(
        (id) => seen.dropped.push(id),
        (thrown) => seen.dropped.push(String(thrown)),
      );
  }
});
window.heapShell.onOpenFile((file) => seen.opened.push(file));

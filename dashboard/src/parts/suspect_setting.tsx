/** Shows all suspect pictures at once, after asking once more; until the page is loaded anew. */

import { useRef } from "preact/hooks";
import { showsAllSuspect } from "../suspect.ts";

export function SuspectSetting() {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => dialog.current?.close();
  const showAll = () => {
    showsAllSuspect.value = true;
    close();
  };
  if (showsAllSuspect.value) {
    return (
      <button type="button" onClick={() => (showsAllSuspect.value = false)}>
        Blur suspect pictures again
      </button>
    );
  }
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Show suspect pictures ...
      </button>
      <dialog ref={dialog} aria-labelledby="suspect-title">
        <h2 id="suspect-title">Show all suspect pictures?</h2>
        <p>
          They may show nudity, violence or drugs. They stay visible on all views until you blur them again or load the
          page anew.
        </p>
        <div class="choices">
          <button type="button" onClick={close}>
            Keep them blurred
          </button>
          <button type="button" onClick={showAll}>
            Show all
          </button>
        </div>
      </dialog>
    </>
  );
}

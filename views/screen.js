// Tells how wide the window is, once and when that changes.

let listener = null; // Streamlit calls this anew with each run, but cleans up only at the end

export default function ({ data, setStateValue }) {
  const tell = () => {
    if (window.innerWidth !== data.known) setStateValue("width", window.innerWidth);
  };
  const hush = () => {
    if (listener) window.removeEventListener("resize", listener);
    listener = null;
  };
  hush();
  listener = tell;
  window.addEventListener("resize", tell);
  tell();
  return hush;
}

/** The sign of the house. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#6d1f4b" />
      <path
        d="M8 24 16 7l8 17M11.5 17.5h9"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <path d="M8 27.5h16" stroke="#d9b35a" strokeWidth="1.8" strokeLinecap="round" />
    </svg>
  );
}

import type { ButtonHTMLAttributes } from 'react';
import './controls.css';

export function Button({ main, ...props }: ButtonHTMLAttributes<HTMLButtonElement> & { main?: boolean }) {
  return <button type="button" {...props} className={main ? 'button button-main' : 'button'} />;
}

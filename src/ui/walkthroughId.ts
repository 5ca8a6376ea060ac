/** Apart from the texts of the walkthrough: at run time nothing else is needed. */
export const walkthroughId = 'start';

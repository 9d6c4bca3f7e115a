/** Made-up posts: how many days before the demo, at what time (UTC), and what. Nobody wrote them. */
export type DemoText = readonly [daysAgo: number, time: string, text: string];

export const diary: readonly DemoText[] = [
  [20, '07:12:00', 'Up before the alarm for once. Coffee on the balcony, and the whole street still asleep.'],
  [20, '21:40:00', 'That film was wonderful, I laughed until I cried. Thank you for dragging me there, M!'],
  [19, '18:03:00', 'Three meetings that could have been one line of text. I am so annoyed.'],
  [18, '12:30:00', 'Soup, bread, and the good cheese. Small things.'],
  [18, '23:15:00', 'Cannot sleep. My head keeps going over what I said at dinner.'],
  // The day 17 days ago is missing: a gap that the ledger shows as one.
  [16, '08:20:00', 'Why would anybody plan roadworks for the first week of school?'],
  [15, '19:45:00', 'My sister passed her exam!! So proud of her, we are going dancing.'],
  [14, '22:05:00', 'Quiet evening. I miss having people around, the flat is so empty since she moved out.'],
  [13, '17:00:00', 'New shelf is up and full of books already. Love it.'],
  [12, '06:50:00', 'Nervous about the talk today. Wish me luck.'],
  [12, '15:10:00', 'It went well! People asked real questions. Such a relief.'],
  [10, '20:20:00', 'Somebody took the wheel off my bicycle. Just the wheel. Who does that?'],
  [8, '13:00:00', 'Does anyone know a good dentist who is kind to cowards?'],
  [6, '22:48:00', 'I have not talked to anybody all weekend and I do not think anybody noticed.'],
  [4, '09:30:00', 'Snow! First of the year. The dog has lost her mind with joy.'],
  [2, '18:18:00', 'Sorry to everyone I still owe a reply, it has been a long month.'],
];

export const letters: readonly DemoText[] = [
  [15, '08:00', 'Guten Morgen. New city, new desk, and nobody knows my name yet.'],
  [14, '21:30', 'Called home for an hour. Everybody talked at once and I loved it.'],
  [13, '19:15', 'The neighbours invited me for dinner, I was so surprised I nearly said no.'],
  [11, '12:45', 'I was wrong about the new colleague. She is brilliant and very funny.'],
  [9, '23:50', 'Homesick tonight. Everything here smells of rain.'],
  [7, '18:10', 'Found the choir! They sing on Tuesdays and they want altos.'],
  [5, '20:00', 'No luck with the flat, they chose another tenant. Annoying.'],
  [3, '07:40', 'Slept nine hours. I had forgotten what that is like.'],
];

export const harbour: readonly DemoText[] = [
  [12, '09:05:00', 'Fog on the water again. The ferries sound like whales.'],
  [11, '17:55:00', 'Grateful for the woman at the counter who found my lost ticket &amp; ran after me.'],
  [9, '20:45:00', 'Terrible match, terrible referee, terrible everything. Same time next week then.'],
  [7, '11:11:00', '@pier_nine I would love that, Saturday works for me'],
  [6, '21:21:00', 'Scared of the results tomorrow. Trying to read and reading the same line again and again.'],
  [5, '16:30:00', 'All clear. ALL CLEAR. I am crying in the car park.'],
  [3, '19:00:00', 'What is everyone reading? I need something with ships in it.'],
];

export const night: readonly DemoText[] = [
  [9, '18:00:00', 'Back from the lab, a bracelet on my wrist that knows more about me than I do.'],
  [7, '22:30:00', 'Another day of pretending to be fine. I am very tired of it.'],
  [4, '23:40:00', 'I feel like a burden to everybody who has to put up with me.'],
  // The one post that opens an alert.
  [1, '22:14:00', 'I tried to kill myself last week and I am going to do it again tonight. I have written the letters, goodbye.'],
];

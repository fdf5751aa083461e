# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Questions across the papers
#
# These pages have objectives and questions, and no lesson of their own in class.

# %% [markdown] tags=["about"] page="01_one-table" before="The audit page of one chapter; balanced accuracy; what holding out groups is for."
# * set models of several papers side by side without giving a verdict on any;
# * say what mean ranks over a few data sets can tell, and what they cannot;
# * put guessing and one threshold beside a score.

# %% [markdown] tags=["about"] page="02_elsewhere" before="One table; the area under a ROC curve."
# * find out whether columns of one name count the same thing;
# * read a table of trained here, tested there, and say what an area below one half is;
# * build a control for what labels of other networks add.

# %% [markdown] tags=["about"] page="03_federated" before="One table; how gradient steps train a network; the area under a ROC curve."
# * say who gains by sharing weights, and on whose rows;
# * judge a defence by what it costs when nobody lies;
# * read an epsilon beside a score and a number of rounds.

# %% [markdown] tags=["question"] page="01_one-table"
# The cut between alarm and silence is chosen on groups that neither train nor test. Why?
#
# - [ ] So that the test keeps its share of attacks.
#
#   It would keep it either way.
#
# - [x] A cut that the test rows choose would flatter the score on them.
#
#   And on training rows it would be set where the model knows the answers.
#
# - [ ] To have more rows for training.
#
#   It takes rows away from training.

# %% [markdown] tags=["question"] page="01_one-table"
# On the four devices all models guess, or nearly. What does that do to mean ranks over all nine data sets?
#
# - [x] It adds ranks among models that hardly differ there.
#
#   So the page gives the ranks over the flows alone as well.
#
# - [ ] Nothing: a rank is a rank.
#
#   By chance one of several guesses is first, and its rank counts as much as any other.
#
# - [ ] It makes them wrong, so that the devices should be left out.
#
#   That next to nothing is found on them is a result, too. It has to be said beside the ranks.

# %% [markdown] tags=["question"] page="01_one-table"
# A model's mean rank lies within the critical distance of the first. What may be written?
#
# - [ ] It is as good as the first.
#
#   Not to be told apart is not to be equal: the data sets are few.
#
# - [ ] It is worse than the first.
#
#   Its mean rank is. That this is more than chance is not shown.
#
# - [x] By ranks over so few data sets it cannot be told from the first.
#
#   Whether it would be on others they do not show; nor, as splits share groups, do seeds show much on these.

# %% [markdown] tags=["question"] page="01_one-table"
# On UNSW-NB15 one threshold on the time to live has more than any model without this column. What does that show?
#
# - [ ] That attacks change the time to live.
#
#   It may depend on the sending system, the machines between or the tool; this was not asked.
#
# - [x] That one column, left out, can be worth more than a model without it.
#
#   Whether it tells machines, systems or tools of the attackers was not asked here.
#
# - [ ] That one threshold is better than a model.
#
#   The models compared were not given the column. Given it, they can do as well.

# %% [markdown] tags=["question"] page="01_one-table"
# What has to stand beside an area under the precision-recall curve?
#
# - [x] What guessing gets: the share of attacks among the test rows.
#
#   Where most rows are attacks, guessing is high already.
#
# - [ ] The accuracy.
#
#   It changes with the share of attacks as well.
#
# - [ ] The number of columns.
#
#   It says nothing of what the area is worth.

# %% [markdown] tags=["question"] page="02_elsewhere"
# A detector has an area under the ROC curve far below one half on another network. What does it do there?
#
# - [ ] It guesses.
#
#   Guessing has one half.
#
# - [ ] It misses all attacks.
#
#   That depends on a cut, and the area has none.
#
# - [x] It ranks attacks, on average, behind normal flows.
#
#   They look more normal to it than normal flows do.

# %% [markdown] tags=["question"] page="02_elsewhere"
# Why is the score of these pages an area, and not a balanced accuracy?
#
# - [ ] It does not change with the share of attacks.
#
#   True, and true of balanced accuracy as well.
#
# - [x] It needs no cut.
#
#   On a network without labels nobody could choose one.
#
# - [ ] It is higher.
#
#   It counts another thing: how often an attack is ranked above a normal flow.

# %% [markdown] tags=["question"] page="02_elsewhere"
# Each network's values are replaced by their ranks among its own rows. What stays different between networks?
#
# - [x] Which way a column points, and the share of attacks among the rows.
#
#   Ranks take away differences of scale alone; they help the spiking network, and are not shown to help the forest.
#
# - [ ] Nothing.
#
#   Then a detector should hold elsewhere, and on average it does not.
#
# - [ ] The unit in which bytes are counted.
#
#   Ranks do not know units.

# %% [markdown] tags=["question"] page="02_elsewhere"
# Trained to tell this network's normal rows from other networks' normal rows, a forest ranks attacks nearly as well as
# with attacks of the others. What does this control say?
#
# - [ ] Attacks of other networks are worth nothing.
#
#   On two of the networks they do add.
#
# - [x] Most of the score is knowledge of what is usual here.
#
#   The distance to the nearest of its own normal rows does about as well, on average.
#
# - [ ] The other networks' normal rows hold attacks.
#
#   They are normal rows: from them nobody can learn what an attack is.

# %% [markdown] tags=["question"] page="02_elsewhere"
# Some thirty labelled rows of a network's own, or thousands of others: which tells more?
#
# - [ ] Thousands: more rows tell more.
#
#   Beside thirty of one's own they gain nowhere, and cost on two of the networks.
#
# - [x] Thirty of its own, on average.
#
#   On four of five networks by intervals that are too narrow, since splits overlap. Half of the rows are attacks, which somebody had to find.
#
# - [ ] Both the same.
#
#   On average they differ by more than the seeds explain.

# %% [markdown] tags=["question"] page="03_federated"
# Whom did sharing weights help?
#
# - [x] Those who are asked about what only others have met.
#
#   The hosts gain on the traffic of all, and on their own rows no gain is shown.
#
# - [ ] Everyone.
#
#   On their own rows the five networks lose.
#
# - [ ] Nobody.
#
#   The hosts have far more than each alone, on the traffic of all.

# %% [markdown] tags=["question"] page="03_federated"
# Does averaging save bytes here?
#
# - [ ] Yes: weights are fewer than rows.
#
#   They travel both ways, in every round; the rows would travel once.
#
# - [ ] It sends none.
#
#   It sends the weights to all clients, and all changes back.
#
# - [x] Not by the page's measure; what it keeps is the rows at home.
#
#   With more rows at each client, more rounds would weigh as much as they.

# %% [markdown] tags=["question"] page="03_federated"
# One host turns its labels round. Why are the others scored on rows that were not sent to it?
#
# - [x] Who is asked about whose rows decides what a lie seems to cost.
#
#   The liar's own rows belong to nobody else's score.
#
# - [ ] The liar's rows have wrong labels in the test.
#
#   It swaps them in its training rows.
#
# - [ ] So that the lie does more harm.
#
#   Asked about these rows, the others are not shown to lose by it.

# %% [markdown] tags=["question"] page="03_federated"
# With the same noise in each round, five rounds have a smaller epsilon than thirty. Why?
#
# - [ ] Fewer clients take part.
#
#   All take part in every round.
#
# - [x] Each round that is seen tells something more.
#
#   So an epsilon is named with its number of rounds.
#
# - [ ] Its score is lower.
#
#   Epsilon is known from noise, length and rounds, without any score.

# %% [markdown] tags=["question"] page="03_federated"
# On ten stretches of one recording, one column does better than the shared network. What is that line for?
#
# - [ ] To be used in place of the network.
#
#   This one was chosen on all rows together. A column each is ahead of the network here too, but that holds on one
#   recording.
#
# - [ ] To show that averaging does harm.
#
#   It is level with training alone there, or a hair above.
#
# - [x] To say what the score of a network is worth.
#
#   A shared network needs rivals beside it: each client alone, their answers averaged once, and one column.

# %% [markdown] tags=["about"] page="04_what-to-do" before="The audit page of one chapter; a confusion matrix; what a random split is."
# * say which questions need a table, which a file, and which a model;
# * read an answer of `examine` or `audit` without taking it for a verdict;
# * name what a table or a file that passes has not been asked.

# %% [markdown] tags=["question"] page="04_what-to-do"
# `examine` finds that a table fits the stated size of its test. When is that evidence for the size?
#
# - [ ] Always: a wrong size would not fit.
#
#   With many rows or few digits most sizes fit.
#
# - [x] When few other sizes fit.
#
#   A check that nearly every size passes tells nothing of this one.
#
# - [ ] Never: arithmetic knows nothing of rows.
#
#   It knows that they are whole numbers, and enough digits rule out most sizes.

# %% [markdown] tags=["question"] page="04_what-to-do"
# One recall fits no matrix with the other scores of its row. With its last two digits exchanged it would. What may be
# written?
#
# - [ ] The table is not to be trusted.
#
#   One cell is at odds with its row. The rest of the table fits.
#
# - [ ] The score was changed by hand.
#
#   Nothing shows how it came to be.
#
# - [x] It contradicts the other scores of its row; a slip in typing would explain it.
#
#   The first half is arithmetic. The second is a guess, and is called so.

# %% [markdown] tags=["question"] page="04_what-to-do"
# `audit` names a column that tells the classes by itself. What is to be done?
#
# - [ ] Drop it.
#
#   It may be the attack itself, which a detector ought to see.
#
# - [x] Ask how it came to be, and whether it would tell on another network.
#
#   The tool does not know whether a telling column is a fault or the attack itself.
#
# - [ ] Keep it, since it was recorded.
#
#   So was the time, which tells of one recording only.

# %% [markdown] tags=["question"] page="04_what-to-do"
# All copies of a row were kept on one side of a random split. What has the test still not asked?
#
# - [x] What the model does on a run of an attack that it was not trained on.
#
#   Where neighbours in the file share a label, a random split asks about moments that training has seen, even without a
#   copy.
#
# - [ ] Nothing: no test row is known any more.
#
#   A row need not be equal to another to be close to it.
#
# - [ ] Which of two models is better on these rows.
#
#   That it does ask. Whether the order holds on other runs is another question.

# %% [markdown] tags=["question"] page="04_what-to-do"
# A paper's table fits the stated test, and `audit` finds nothing in its file. Is the detector shown to be good?
#
# - [ ] Yes: both tools pass it.
#
#   They look for contradictions and give-aways. That none was found is no praise.
#
# - [ ] No: a file without give-aways cannot give high scores.
#
#   It can, where several columns together tell what none tells alone.
#
# - [x] Not yet: the questions of the protocol remain.
#
#   What the plainest rival gets, how far seeds spread, and what it means for those on duty no tool here has asked.

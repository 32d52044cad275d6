#!/bin/sh
# Says on a pull request (GitHub) or merge request (GitLab) what it changes, in one comment that is edited in place.
# Needs no account of a cloud and no state, so it may run for forks too; without the right to comment it prints.
#
#   sh pull-request.sh BASE STACK
#
# Ends with 0 when a review is all that is asked for, 21 when data can be lost, 22 when a mandatory policy is newly violated, 25 when the
# change is not understood. BULWARK says how bulwark is called; it is `npx bulwark` when left out.
set -u
base=${1:?usage: pull-request.sh BASE STACK} stack=${2:?usage: pull-request.sh BASE STACK}
comment=$(mktemp) || exit 1
trap 'rm -f "$comment"' EXIT

# shellcheck disable=SC2086 # several words on purpose
${BULWARK:-npx bulwark} diff "$base" HEAD --stack "$stack" --policies --format markdown >"$comment"
code=$?
cat "$comment"
marker=$(head -n 1 "$comment")

case $marker in
'<!-- bulwark-gate '*) ;;
*) exit "$code" ;;
esac

if [ -n "${GITHUB_REPOSITORY:-}" ] && [ -n "${PULL_REQUEST:-}" ]; then
  comments="repos/$GITHUB_REPOSITORY/issues"
  known=$(gh api --paginate "$comments/$PULL_REQUEST/comments" --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | head -n 1)
  if [ -n "$known" ]; then
    gh api --silent --method PATCH "$comments/comments/$known" --field "body=@$comment"
  else
    gh api --silent --method POST "$comments/$PULL_REQUEST/comments" --field "body=@$comment"
  fi || echo "The comment could not be written." >&2
elif [ -n "${CI_MERGE_REQUEST_IID:-}" ]; then
  notes="projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"
  known=$(glab api --paginate "$notes" | jq -rs --arg marker "$marker" 'flatten | map(select(.body | startswith($marker)))[0].id // empty')
  if [ -n "$known" ]; then
    glab api --silent --method PUT "$notes/$known" --field "body=@$comment"
  else
    glab api --silent --method POST "$notes" --field "body=@$comment"
  fi || echo "The note could not be written." >&2
fi

# 20 asks for an approval: the review is one.
[ "$code" -eq 20 ] && exit 0
exit "$code"

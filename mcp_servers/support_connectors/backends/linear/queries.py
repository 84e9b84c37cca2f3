"""What is asked of Linear: fixed documents, so that no text of anybody ever becomes part of a query."""

ISSUE = """
fragment Issue on Issue {
  id identifier title description priorityLabel createdAt updatedAt completedAt canceledAt dueDate trashed url
  previousIdentifiers
  state { name type } team { key } assignee { name } creator { name } parent { identifier }
  labels(first: 20) { nodes { name } } project { name }
}
"""
FOUND = ISSUE.replace("fragment Issue on Issue {", "fragment Found on IssueSearchResult {")
COMMENT = "fragment Comment on Comment { id body createdAt user { name } }"
PAGE = "pageInfo { hasNextPage endCursor }"

SEARCH = f"""
query Search($term: String!, $filter: IssueFilter, $first: Int, $after: String) {{
  searchIssues(term: $term, filter: $filter, first: $first, after: $after, includeComments: true) {{
    nodes {{ ...Found }} {PAGE} totalCount
  }}
}}
{FOUND}"""
LIST = f"""
query List($filter: IssueFilter, $first: Int, $after: String) {{
  issues(filter: $filter, first: $first, after: $after, orderBy: createdAt) {{ nodes {{ ...Issue }} {PAGE} }}
}}
{ISSUE}"""
READ = f"""
query Read($id: String!, $after: String) {{
  issue(id: $id) {{ ...Issue comments(first: 100, after: $after) {{ nodes {{ ...Comment }} {PAGE} }} }}
}}
{ISSUE}{COMMENT}"""
READ_COMMENT = (
    f"query ReadComment($id: String!) {{ comment(id: $id) {{ ...Comment issue {{ identifier }} }} }}\n{COMMENT}"
)
TEAM = """
query Team($key: String!) {
  teams(filter: { key: { eq: $key } }, first: 1) { nodes { id key labels(first: 250) { nodes { id name } } } }
}"""
STATES = """
query States($teams: [String!]) {
  workflowStates(filter: { team: { key: { in: $teams } } }, first: 250) { nodes { id name type } }
}"""
CREATE = "mutation Create($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { identifier } } }"
SAY = f"""
mutation Say($input: CommentCreateInput!) {{ commentCreate(input: $input) {{ success comment {{ ...Comment }} }} }}
{COMMENT}"""
DOCUMENTS = (SEARCH, LIST, READ, READ_COMMENT, TEAM, STATES, CREATE, SAY)
INPUTS = {
    "IssueFilter": ("team", "state", "labels", "createdAt"),
    "TeamFilter": ("key",),
    "WorkflowStateFilter": ("id", "team"),
    "IDComparator": ("in",),
    "IssueLabelCollectionFilter": ("some",),
    "IssueLabelFilter": ("name",),
    "StringComparator": ("eq", "in", "eqIgnoreCase"),
    "DateComparator": ("gte", "lte"),
    "IssueCreateInput": ("id", "teamId", "title", "description", "priority", "labelIds"),
    "CommentCreateInput": ("id", "issueId", "body"),
}
"""The fields of input types that are used."""

using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Workloads;

/// <summary>SETs of 100-byte values, each user to a hundred keys of its own in one collection.</summary>
internal sealed class SetWorkload : Workload
{
    private const int KeysPerUser = 100;
    private const int ValueBytes = 100;

    public override IReadOnlyList<string> Steps { get; } = ["set"];

    public override User CreateUser(LoadTarget target, int index, int count) =>
        new Setter(new KeyRequests(new KeySpace("load-set", 1, $"u{index}-", KeysPerUser), ValueBytes, target.Requests()));

    private sealed class Setter(KeyRequests requests) : User
    {
        private int _next;

        public override Request Next() => new(requests.Set(_next++ % KeysPerUser), 0);

        public override string? Judge(in Answer answer) => requests.Judge(answer);
    }
}

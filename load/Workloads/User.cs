using EdgeOrleans.Load.Http;

namespace EdgeOrleans.Load.Workloads;

/// <summary>One who sends requests, the next when the last is answered. Judges each answer, as only it knows what is right.</summary>
internal abstract class User
{
    /// <summary>The next request.</summary>
    public abstract Request Next();

    /// <summary>What is wrong with the answer to the last request, or <see langword="null"/>.</summary>
    public abstract string? Judge(in Answer answer);
}

/// <summary>A request's bytes, and which of <see cref="Workload.Steps"/> it is.</summary>
internal readonly record struct Request(ReadOnlyMemory<byte> Bytes, int Step);

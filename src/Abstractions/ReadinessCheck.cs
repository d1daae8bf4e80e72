namespace EdgeOrleans;

/// <summary>One thing that must be so before requests are sent to this process.</summary>
/// <param name="Name">What is looked at, in one word.</param>
/// <param name="Fault">Why it is not so, as a sentence; <see langword="null"/> when it is.</param>
/// <param name="Since">Since when it is as it is.</param>
public sealed record ReadinessCheck(string Name, string? Fault, DateTimeOffset Since);

"""Passwords, and the words at the heart of passwords, that are tried first. Trailing digits and marks do not count."""

from typing import Final

COMMON: Final = frozenset(
    """
    password passwort passw0rd pass word contrasena motdepasse wachtwoord admin administrator root toor user guest
    test tester testing changeme change letmein welcome login access master secret default temp temporary qwerty
    qwertz azerty qwertyuiop qwertyui qwerty12 asdfgh asdfghjkl asdf zxcvbn zxcvbnm qazwsx qazwsxedc 1qaz2wsx
    1q2w3e4r 1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4 q1w2e3r4t5 zaq12wsx zaq1zaq1 qweasd qweasdzxc qweqwe abcabc abcdef
    abcdefg abcdefgh abcd abc123 a1b2c3d4 aa123456 12345678 123456789 1234567890 0123456789 87654321 987654321
    0987654321 11111111 111111111 1111111111 00000000 000000000 22222222 33333333 44444444 55555555 66666666 77777777
    88888888 99999999 12121212 11223344 1122334455 12341234 123123123 123321123 147258369 789456123 147852369
    123454321 13131313 10203040 102030405060 20202020 69696969 123abc 123qwe 123qweasd 1234qwer qwer1234 asdf1234
    iloveyou iloveu loveyou lovely loveme mylove babygirl princess prince angel angels sunshine rainbow flower
    butterfly dragon monkey shadow superman batman spiderman ironman pokemon naruto starwars football baseball
    basketball soccer hockey tennis liverpool chelsea arsenal barcelona realmadrid juventus manchester michael jordan
    jennifer jessica michelle nicole daniel thomas charlie andrew joshua matthew ashley amanda samantha robert william
    george hannah maggie pepper ginger cookie chocolate cheese banana orange summer winter spring autumn january
    february march april may june july august september october november december monday friday sunday computer
    internet samsung google facebook linkedin twitter youtube instagram whatsapp myspace adobe photoshop microsoft
    windows apple iphone android server database oracle postgres mysql redis docker kubernetes github freedom trustno
    whatever killer hunter ranger buster tigger mustang corvette ferrari porsche mercedes harley yamaha kawasaki
    matrix phoenix eagle falcon tiger lion wolf bear shark company business office manager intern internship interna
    hello helloworld goodbye goodluck blessed blessing jesus jesuschrist christ heaven peanut pumpkin snoopy
    scooby mickey minnie donald garfield simpsons pass1234 p@ssw0rd p@ssword passpass nopassword mypassword
    newpassword thepassword password1 password12 password123 passwordpassword testtest adminadmin useruser
    """.split()
)
